// Fingers (and the mouse) on the wall: every gesture stands for the key that does the same, except the one for settings.
//
//     sweep left, right        next, previous             tap                     the label
//     sweep up, down           more, less like this       two taps                pause, go on
//     a long press in a corner                            the settings
pragma ComponentBehavior: Bound

import QtQuick

Item {
    id: root

    readonly property real holdSeconds: 1.2
    readonly property real side: 96

    signal gave(int key)
    signal pressedLong

    // A sweep is meant when it is long (a vote needs more than a turn of the page) and straight; else it means nothing.
    function meaning(way: point): int {
        const x = Math.abs(way.x), y = Math.abs(way.y);
        if (x >= Math.max(48, 0.12 * width) && x > 2 * y)
            return way.x < 0 ? Qt.Key_Right : Qt.Key_Left;
        if (y >= Math.max(96, 0.3 * height) && y > 2 * x)
            return way.y < 0 ? Qt.Key_Up : Qt.Key_Down;
        return 0;
    }

    TapHandler {
        acceptedButtons: Qt.LeftButton
        exclusiveSignals: TapHandler.SingleTap | TapHandler.DoubleTap

        onDoubleTapped: root.gave(Qt.Key_Space)
        onSingleTapped: root.gave(Qt.Key_L)
    }

    DragHandler {
        id: sweep

        property point way

        target: null

        onActiveChanged: {
            const key = active ? 0 : root.meaning(way);
            if (key)
                root.gave(key);
        }
        onCanceled: way = Qt.point(0, 0)
        // Before it is active too: a fast sweep on a busy machine is one move and no more.
        onCentroidChanged: way = Qt.point(centroid.position.x - centroid.pressPosition.x, centroid.position.y - centroid.pressPosition.y)
    }

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
