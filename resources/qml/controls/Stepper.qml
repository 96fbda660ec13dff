// A number with its unit between two big buttons; it can be typed as well. Up and down keys step.
import QtQuick

FocusScope {
    id: control

    required property string value
    property bool faulty: false
    property string unit: ""

    signal typed(string text)
    signal meant
    signal stepped(int steps)

    implicitHeight: Theme.touch
    implicitWidth: 216

    Keys.onDownPressed: stepped(-1)
    Keys.onUpPressed: stepped(1)

    Row {
        anchors.fill: parent
        spacing: 4

        PushButton {
            Accessible.name: qsTr("Less")
            autoRepeat: true
            enabled: control.enabled
            focusPolicy: Qt.NoFocus
            width: Theme.touch
            text: "−"

            onClicked: control.stepped(-1)
        }

        Entry {
            id: entry

            activeFocusOnTab: true
            faulty: control.faulty
            focus: true
            font.features: ({
                    "tnum": 1
                })
            horizontalAlignment: TextInput.AlignRight
            inputMethodHints: Qt.ImhFormattedNumbersOnly
            leftPadding: 8
            rightPadding: unitWords.visible ? unitWords.width + 18 : 12
            width: control.width - 2 * (Theme.touch + 4)

            onMeant: control.meant()
            onTyped: text => control.typed(text)

            Binding on text {
                restoreMode: Binding.RestoreNone
                value: control.value
            }

            Words {
                id: unitWords

                anchors.right: parent.right
                anchors.rightMargin: 12
                anchors.verticalCenter: parent.verticalCenter
                color: Theme.quiet
                text: control.unit
                visible: text !== ""
            }
        }

        PushButton {
            Accessible.name: qsTr("More")
            autoRepeat: true
            enabled: control.enabled
            focusPolicy: Qt.NoFocus
            width: Theme.touch
            text: "+"

            onClicked: control.stepped(1)
        }
    }
}
