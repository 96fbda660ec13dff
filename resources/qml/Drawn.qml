// A shader's output as a small texture of its own, drawn anew only when what it is made from changes.
import QtQuick

Item {
    id: root

    property bool directions: false
    property bool fine: false
    required property url shader
    required property size size
    required property Item sourceA
    property Item sourceB: sourceA
    readonly property alias texture: drawn

    ShaderEffect {
        id: effect

        readonly property real aspect: root.size.width / root.size.height
        readonly property vector2d cell: Qt.vector2d(1 / width, 1 / height)
        readonly property real directions: root.directions ? 1 : 0
        property var dst: root.sourceB
        property var src: root.sourceA

        blending: false
        fragmentShader: root.shader
        height: root.size.height
        visible: false
        width: root.size.width
    }

    ShaderEffectSource {
        id: drawn

        format: root.fine ? ShaderEffectSource.RGBA16F : ShaderEffectSource.RGBA8
        sourceItem: effect
        textureSize: root.size
        visible: false
    }
}
