// A scroll bar that is only seen while it is of use.
import QtQuick
import QtQuick.Templates as T

T.ScrollBar {
    id: control

    implicitWidth: 12
    minimumSize: 0.08
    orientation: Qt.Vertical
    padding: 4
    visible: size < 1

    contentItem: Rectangle {
        color: control.pressed ? Theme.quiet : Theme.raisedMore
        implicitWidth: 4
        radius: 2
    }
}
