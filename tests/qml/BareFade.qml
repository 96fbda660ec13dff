// The floor for a change of pictures: two full-screen images, the second's opacity moved by an Animator, no Python connected.
// The rival in tests/bench/bench_stage.py and bench_4k.py; with `onGuiThread` an animation that needs the GUI thread moves it.
import QtQuick

Window {
    id: root

    required property url firstPicture
    property bool onGuiThread: false
    readonly property bool ready: first.status === Image.Ready && second.status === Image.Ready
    required property url secondPicture

    flags: Qt.Window | Qt.FramelessWindowHint
    visible: true

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
        opacity: 0
        source: root.secondPicture
    }

    OpacityAnimator {
        duration: 4000
        from: 0
        loops: Animation.Infinite
        running: root.ready && !root.onGuiThread
        target: second
        to: 1
    }

    NumberAnimation {
        duration: 4000
        from: 0
        loops: Animation.Infinite
        property: "opacity"
        running: root.ready && root.onGuiThread
        target: second
        to: 1
    }
}
