// What lies around a picture that does not fill the screen: its own enlargement, far out of focus and darkened.
import QtQuick
import QtQuick.Effects

Item {
    id: root

    required property Image picture
    readonly property real pictureHeight: picture.paintedHeight > 0 ? picture.paintedHeight : 1
    readonly property real pictureWidth: picture.paintedWidth > 0 ? picture.paintedWidth : 1
    readonly property real scaling: 1.15 * Math.max(width / pictureWidth, height / pictureHeight)

    clip: true

    ShaderEffectSource {
        id: small

        height: root.pictureHeight
        sourceItem: root.picture
        sourceRect: Qt.rect((root.picture.width - width) / 2, (root.picture.height - height) / 2, width, height)
        textureSize: Qt.size(320, Math.max(1, Math.round(320 * root.pictureHeight / root.pictureWidth)))
        visible: false
        width: root.pictureWidth
    }

    MultiEffect {
        anchors.centerIn: parent
        autoPaddingEnabled: false
        blur: 1.0
        blurEnabled: true
        blurMax: 64
        blurMultiplier: 1.5
        height: root.pictureHeight * root.scaling
        saturation: -0.12
        source: small
        width: root.pictureWidth * root.scaling
    }

    Rectangle {
        anchors.fill: parent
        color: "#66000000"
    }
}
