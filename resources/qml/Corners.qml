// The four corners of the screen: a long press in any of them asks for the settings.
pragma ComponentBehavior: Bound

import QtQuick

Item {
    id: root

    readonly property real holdSeconds: 1.2
    readonly property real side: 96

    signal pressedLong

    Repeater {
        model: 4

        Item {
            required property int index

            height: root.side
            width: root.side
            x: index % 2 ? root.width - width : 0
            y: index < 2 ? 0 : root.height - height

            TapHandler {
                longPressThreshold: root.holdSeconds

                onLongPressed: root.pressedLong()
            }
        }
    }
}
