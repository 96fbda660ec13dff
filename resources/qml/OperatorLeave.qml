// The way out of the kiosk: asked for twice, so that no stray touch takes the wall down.
import QtQuick
import "controls"

Item {
    id: root

    property bool sure: false

    signal confirmed

    implicitHeight: 88

    onVisibleChanged: sure = false

    Column {
        anchors.verticalCenter: parent.verticalCenter
        spacing: 6
        width: parent.width - button.width - 24

        Words {
            font.weight: Font.Medium
            text: qsTr("Leave the kiosk")
        }

        Words {
            color: Theme.quiet
            font.pixelSize: 14
            lineHeight: 1.25
            text: root.sure ? qsTr("The wall closes. Touch again to leave.") : qsTr("Closes the wall and gives the screen back.")
            width: parent.width
            wrapMode: Text.Wrap
        }
    }

    PushButton {
        id: button

        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        text: root.sure ? qsTr("Leave now") : qsTr("Leave")
        wordColor: Theme.problem

        onClicked: {
            if (root.sure)
                root.confirmed();
            root.sure = !root.sure;
        }
    }
}
