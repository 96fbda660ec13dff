// Two textures and how far one has turned into the other. What travels in `flow` and what comes first in `ink` the shaders read
// from a motion texture (kiosk/imaging/motion.py) at the nodes of a grid; without one, every transition is a dissolve.
import QtQuick

Item {
    id: root

    required property Item goal
    readonly property bool informed: motion !== null && motion.implicitWidth >= 2 && motion.implicitHeight >= 8
    // As large as its texture says (`implicitWidth`, `implicitHeight`) and not smooth: its bytes are numbers.
    property Item motion: null
    readonly property size nodes: informed ? Qt.size(motion.implicitWidth, motion.implicitHeight / 4) : Qt.size(2, 2)
    required property Item origin
    readonly property alias picture: effect
    property alias progress: effect.progress
    readonly property string shader: informed ? transition : "dissolve"
    required property string transition

    ShaderEffect {
        id: effect

        property var dst: root.goal
        property var motion: root.motion
        property size nodes: root.nodes
        property real progress: 1
        property var src: root.origin

        anchors.fill: parent
        blending: false
        fragmentShader: Qt.resolvedUrl("../shaders/" + root.shader + ".frag.qsb")
        vertexShader: root.shader === "dissolve" ? "" : Qt.resolvedUrl("../shaders/" + root.shader + ".vert.qsb")

        mesh: GridMesh {
            resolution: Qt.size(root.nodes.width - 1, root.nodes.height - 1)
        }
    }
}
