// The sign of an open microphone, in the upper left corner. It is there exactly while the wall listens, and does not move.
import QtQuick
import Kiosk.Stage

Item {
    id: root

    required property ListenMark mark
    readonly property real unit: Math.max(9, Math.min(width, height) / 48)

    anchors.fill: parent
    z: 1

    Rectangle {
        id: plate

        color: "#c40c0c0e"
        height: Math.round(2.2 * root.unit)
        radius: height / 2
        visible: root.mark.shown
        width: height
        x: Math.round(1.6 * root.unit)
        y: Math.round(1.6 * root.unit)

        Accessible.name: qsTr("The wall is listening")
        Accessible.role: Accessible.Indicator

        Sign {
            anchors.centerIn: parent
            name: "microphone"
            side: 1.1 * root.unit
        }
    }
}
