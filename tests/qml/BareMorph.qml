// The scene of a morph and nothing else: the wall's own shaders over two pictures, for ever, with no Python connected to it.
// The rival in tests/bench/bench_stage.py; with `onGuiThread` an animation that needs the GUI thread drives it instead.
import QtQuick
import "../../resources/qml"

Window {
    id: root

    required property url firstPicture
    property bool onGuiThread: false
    required property url secondPicture
    property string transition: "flow"

    flags: Qt.Window | Qt.FramelessWindowHint
    height: 720
    visible: true
    width: 1280

    Image {
        id: first

        anchors.fill: parent
        asynchronous: true
        cache: false
        source: root.firstPicture
    }

    Image {
        id: second

        anchors.fill: parent
        asynchronous: true
        cache: false
        source: root.secondPicture
    }

    ShaderEffectSource {
        id: firstTexture

        height: 1
        hideSource: true
        sourceItem: first
        sourceRect: Qt.rect(0, 0, root.width, root.height)
        width: 1
    }

    ShaderEffectSource {
        id: secondTexture

        height: 1
        hideSource: true
        sourceItem: second
        sourceRect: Qt.rect(0, 0, root.width, root.height)
        width: 1
    }

    Blend {
        id: blend

        anchors.fill: parent
        goal: secondTexture
        origin: firstTexture
        progress: 0
        transition: root.transition
    }

    UniformAnimator {
        duration: 4000
        from: 0
        loops: Animation.Infinite
        running: first.status === Image.Ready && second.status === Image.Ready && !root.onGuiThread
        target: blend.picture
        to: 1
        uniform: "progress"
    }

    NumberAnimation {
        duration: 4000
        from: 0
        loops: Animation.Infinite
        property: "progress"
        running: first.status === Image.Ready && second.status === Image.Ready && root.onGuiThread
        target: blend
        to: 1
    }
}
