// One of a few words, side by side; arrow keys move between them.
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T

T.Control {
    id: control

    required property list<string> choices
    required property string value

    signal chosen(string choice)

    function step(by: int): void {
        focusReason = Qt.TabFocusReason;
        const next = choices[choices.indexOf(value) + by];
        if (next !== undefined)
            chosen(next);
    }

    focusPolicy: Qt.TabFocus
    implicitHeight: Theme.touch
    implicitWidth: Math.max(160, 112 * choices.length)
    opacity: enabled ? 1 : 0.4

    Keys.onLeftPressed: step(-1)
    Keys.onRightPressed: step(1)

    Rectangle {
        anchors.fill: parent
        color: Theme.raised
        radius: Theme.radius

        FocusRing {
            shown: control.visualFocus
        }
    }

    Row {
        anchors.fill: parent

        Repeater {
            model: control.choices

            T.AbstractButton {
                id: option

                required property string modelData
                readonly property bool current: modelData === control.value

                focusPolicy: Qt.NoFocus
                height: control.height
                text: modelData.charAt(0).toUpperCase() + modelData.slice(1)
                width: control.width / control.choices.length

                Accessible.checkable: true
                Accessible.checked: current
                Accessible.role: Accessible.RadioButton

                onClicked: control.chosen(modelData)

                background: Rectangle {
                    anchors.fill: parent
                    anchors.margins: 4
                    color: option.current ? Theme.chosen : option.down ? Theme.raised : "transparent"
                    radius: Theme.radius - 2
                }
                contentItem: Words {
                    color: option.current ? Theme.ink : Theme.quiet
                    font.weight: option.current ? Font.DemiBold : Font.Normal
                    horizontalAlignment: Text.AlignHCenter
                    text: option.text
                    verticalAlignment: Text.AlignVCenter
                }
            }
        }
    }
}
