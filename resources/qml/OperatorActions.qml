// What can be done to the wall from the panel, always at hand below the settings.
import QtQuick
import Kiosk.Operator
import "controls"

Item {
    id: root

    required property OperatorModel model

    implicitHeight: 96

    Rectangle {
        color: Theme.hairline
        height: 1
        width: parent.width
    }

    Row {
        anchors.left: parent.left
        anchors.leftMargin: 32
        anchors.verticalCenter: parent.verticalCenter
        spacing: 8

        PushButton {
            text: qsTr("Next")

            onClicked: root.model.act("next")
        }

        PushButton {
            text: root.model.paused ? qsTr("Resume") : qsTr("Pause")

            onClicked: root.model.act(root.model.paused ? "resume" : "pause")
        }

        PushButton {
            text: qsTr("Sleep")

            onClicked: root.model.act("sleep")
        }
    }

    PushButton {
        anchors.right: parent.right
        anchors.rightMargin: 32
        anchors.verticalCenter: parent.verticalCenter
        look: "bright"
        text: qsTr("Done")

        onClicked: root.model.close()
    }
}
