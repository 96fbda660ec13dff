// A small sign drawn with strokes: an angle that points right, left, up or down, or the two bars of a pause.
pragma ComponentBehavior: Bound

import QtQuick

Item {
    id: root

    required property real side
    property color ink: "#f4f1ea"
    property string name: ""

    readonly property bool isAngle: name !== "" && name !== "pause"
    readonly property real stroke: Math.max(1.5, 0.13 * side)

    height: side
    width: side

    Item {
        anchors.centerIn: parent
        height: root.side
        rotation: ({
                "right": 0,
                "down": 90,
                "left": 180,
                "up": 270
            })[root.name] ?? 0
        visible: root.isAngle
        width: root.side

        Repeater {
            model: [-1, 1]

            Rectangle {
                required property int modelData

                antialiasing: true
                color: root.ink
                height: root.stroke
                radius: height / 2
                rotation: 45 * modelData * -1
                transformOrigin: Item.Right
                width: 0.56 * root.side + root.stroke / 2
                x: 0.69 * root.side - width
                y: (root.side - height) / 2 + modelData * -0.25 * root.stroke
            }
        }
    }

    Row {
        anchors.centerIn: parent
        spacing: 0.2 * root.side
        visible: root.name === "pause"

        Repeater {
            model: 2

            Rectangle {
                color: root.ink
                height: 0.72 * root.side
                radius: 0.06 * root.side
                width: 0.2 * root.side
            }
        }
    }
}
