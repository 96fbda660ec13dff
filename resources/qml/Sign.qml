// A small sign drawn with strokes: an angle that points right, left, up or down, the two bars of a pause, a microphone.
pragma ComponentBehavior: Bound

import QtQuick

Item {
    id: root

    required property real side
    property color ink: "#f4f1ea"
    property string name: ""

    readonly property bool isAngle: ["right", "down", "left", "up"].includes(name)
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

    // A capsule in a cup on a foot.
    Item {
        anchors.fill: parent
        visible: root.name === "microphone"

        Rectangle {
            id: capsule

            anchors.horizontalCenter: parent.horizontalCenter
            antialiasing: true
            color: root.ink
            height: 0.56 * root.side
            radius: width / 2
            width: 0.34 * root.side
        }

        Item {
            anchors.horizontalCenter: parent.horizontalCenter
            clip: true
            height: root.side - foot.height - y - 0.08 * root.side
            width: 0.66 * root.side
            y: 0.36 * root.side

            Rectangle {
                anchors.bottom: parent.bottom
                antialiasing: true
                border.color: root.ink
                border.width: root.stroke * 0.75
                color: "transparent"
                height: 2 * parent.height
                radius: width / 2
                width: parent.width
            }
        }

        Rectangle {
            anchors.horizontalCenter: parent.horizontalCenter
            antialiasing: true
            color: root.ink
            height: root.side - foot.height / 2 - y
            width: root.stroke * 0.75
            y: 0.84 * root.side
        }

        Rectangle {
            id: foot

            anchors.bottom: parent.bottom
            anchors.horizontalCenter: parent.horizontalCenter
            antialiasing: true
            color: root.ink
            height: root.stroke * 0.75
            radius: height / 2
            width: 0.44 * root.side
        }
    }
}
