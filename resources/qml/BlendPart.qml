// One drawing of a blend's grid by one pair of shaders, and what moves it on the render thread.
import QtQuick

ShaderEffect {
    id: root

    property var dst: null
    property var motion: null
    property real nearest: GraphicsInfo.api === GraphicsInfo.OpenGL ? -1 : 0
    property size nodes: Qt.size(2, 2)
    property real part: 0
    readonly property size pixels: Qt.size(width * Screen.devicePixelRatio, height * Screen.devicePixelRatio)
    property real progress: 1
    property var source: null
    property var src: null

    signal finished

    // Stay where it is.
    function halt() {
        animator.stop();
    }

    // Stay at `share` of the way, 0-1.
    function put(share: real) {
        halt();
        progress = share;
    }

    // Go the whole way in so many milliseconds.
    function run(durationMs: int) {
        put(0);
        animator.duration = durationMs;
        animator.start();
    }

    blending: false

    mesh: GridMesh {
        resolution: Qt.size(root.nodes.width - 1, root.nodes.height - 1)
    }

    UniformAnimator {
        id: animator

        from: 0
        target: root
        to: 1
        uniform: "progress"

        onFinished: root.finished()
    }
}
