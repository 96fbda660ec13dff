// Two textures and how far one has turned into the other. For transitions that look at the pictures first, what they need to
// know is drawn small, once, as the two are put together.
import QtQuick

Item {
    id: root

    required property Item goal
    property Item motion
    required property Item origin
    readonly property alias picture: effect
    property alias progress: effect.progress
    required property string transition

    function shader(name: string): url {
        return Qt.resolvedUrl("../shaders/" + name + ".frag.qsb");
    }

    Drawn {
        id: small

        shader: root.shader("small")
        size: Qt.size(160, 90)
        sourceA: root.origin
        sourceB: root.goal
    }

    Drawn {
        id: softened

        fine: true
        shader: root.shader("soft")
        size: Qt.size(80, 45)
        sourceA: small.texture
    }

    Drawn {
        id: rough

        fine: true
        shader: root.shader("flow_field")
        size: Qt.size(80, 45)
        sourceA: softened.texture
    }

    Drawn {
        id: flowField

        directions: true
        fine: true
        shader: root.shader("soft")
        size: Qt.size(80, 45)
        sourceA: rough.texture
    }

    Drawn {
        id: inkField

        fine: true
        shader: root.shader("ink_field")
        size: Qt.size(160, 90)
        sourceA: small.texture
    }

    ShaderEffect {
        id: effect

        readonly property real aspect: width / Math.max(1, height)
        property var dst: root.goal
        property var field: root.transition === "ink" ? inkField.texture : flowField.texture
        property real progress: 1
        property var src: root.origin

        anchors.fill: parent
        blending: false
        fragmentShader: root.shader(root.transition)
    }
}
