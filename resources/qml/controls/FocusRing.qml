// The ring around what has the keyboard; a finger never brings it up.
import QtQuick

Rectangle {
    required property bool shown

    anchors.fill: parent
    anchors.margins: -3
    border.color: Theme.accent
    border.width: 2
    color: "transparent"
    radius: Theme.radius + 3
    visible: shown
}
