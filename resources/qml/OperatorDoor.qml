// The number pad, asking for the PIN that guards the panel or for a new one; during a delay it counts the time down.
import QtQuick
import Kiosk.Operator
import "controls"

FocusScope {
    id: root

    required property OperatorModel model
    readonly property bool waiting: model.pinWaitS > 0
    readonly property string remaining: {
        const minutes = Math.floor(model.pinWaitS / 60);
        const seconds = String(model.pinWaitS % 60).padStart(2, "0");
        return `${minutes}:${seconds}`;
    }

    Column {
        anchors.centerIn: parent
        spacing: 8

        Words {
            anchors.horizontalCenter: parent.horizontalCenter
            font.pixelSize: Theme.heading
            font.weight: Font.DemiBold
            text: {
                switch (root.model.pinPurpose) {
                case "new":
                    return qsTr("New PIN");
                case "again":
                    return qsTr("Once more");
                default:
                    return qsTr("Enter the PIN");
                }
            }
        }

        Words {
            anchors.horizontalCenter: parent.horizontalCenter
            bottomPadding: 24
            color: root.waiting || root.model.pinMessage !== "" ? Theme.problem : Theme.quiet
            font.features: ({
                    "tnum": 1
                })
            horizontalAlignment: Text.AlignHCenter
            text: {
                if (root.waiting)
                    return qsTr("Too many tries. The next one in %1.").arg(root.remaining);
                if (root.model.pinMessage !== "")
                    return root.model.pinMessage;
                return root.model.pinPurpose === "again" ? qsTr("The same PIN again, to be sure.") : qsTr("Six digits or more.");
            }
        }

        NumberPad {
            id: pad

            anchors.horizontalCenter: parent.horizontalCenter
            enabled: !root.waiting
            focus: true

            onEntered: pin => root.model.enterPin(pin)
        }

        Item {
            height: 16
            width: 1
        }

        PushButton {
            anchors.horizontalCenter: parent.horizontalCenter
            look: "bare"
            text: qsTr("Cancel")
            wordColor: Theme.quiet

            onClicked: root.model.cancelPin()
        }
    }
}
