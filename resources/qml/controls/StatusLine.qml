// One fact of the status page: what it is on the left, how it is on the right, a hairline above.
import QtQuick

Item {
    id: root

    required property string label
    required property string value

    height: Math.max(said.height + 24, 48)

    Rectangle {
        color: Theme.hairline
        height: 1
        width: parent.width
    }

    Words {
        id: named

        anchors.left: parent.left
        anchors.verticalCenter: parent.verticalCenter
        color: Theme.quiet
        text: root.label
        width: Math.min(implicitWidth, parent.width / 2 - 16)
        wrapMode: Text.Wrap
    }

    Words {
        id: said

        anchors.left: named.right
        anchors.leftMargin: 32
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        horizontalAlignment: Text.AlignRight
        text: root.value
        wrapMode: Text.Wrap
    }
}
