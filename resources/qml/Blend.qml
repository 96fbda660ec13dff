// Two textures and how far one has turned into the other. What travels in `flow` and what comes first in `ink` the shaders read
// from a motion texture (kiosk/imaging/motion.py) at the nodes of a grid; without one, every transition is a dissolve.
// Most of the time flow shows one picture alone in most places: there only that one is drawn, at less than half the cost.
import QtQuick

Item {
    id: root

    required property Item goal
    readonly property bool informed: motion !== null && motion.implicitWidth >= 2 && motion.implicitHeight >= 8
    // As large as its texture says (`implicitWidth`, `implicitHeight`) and not smooth: its bytes are numbers.
    property Item motion: null
    readonly property size nodes: informed ? Qt.size(motion.implicitWidth, motion.implicitHeight / 4) : Qt.size(2, 2)
    required property Item origin
    readonly property alias progress: both.progress
    property bool resting: origin === goal // and so drawn as it is
    readonly property string shader: informed ? transition : "dissolve"
    required property string transition

    signal finished

    function addressOf(name: string): url {
        return name ? Qt.resolvedUrl(`../shaders/${name}.qsb`) : "";
    }

    // Stay where it is.
    function halt() {
        both.halt();
        before.halt();
        after.halt();
    }

    // Stay at `share` of the way, 0-1.
    function put(share: real) {
        both.put(share);
        before.put(share);
        after.put(share);
    }

    // Go the whole way on the render thread, in so many milliseconds.
    function run(durationMs: int) {
        both.run(durationMs);
        before.run(durationMs);
        after.run(durationMs);
    }

    BlendPart {
        id: both

        anchors.fill: parent
        dst: root.goal
        fragmentShader: root.addressOf(root.resting ? "" : `${root.shader}.frag`)
        motion: root.motion
        nodes: root.nodes
        source: root.goal
        src: root.origin
        vertexShader: root.addressOf(root.resting || root.shader === "dissolve" ? "" : `${root.shader}.vert`)

        onFinished: root.finished()
    }

    BlendPart {
        id: before

        anchors.fill: parent
        fragmentShader: root.addressOf("carried.frag")
        motion: root.motion ?? root.origin // never nothing, or Qt complains of a part that is not drawn
        nodes: root.nodes
        part: 1
        src: root.origin
        vertexShader: root.addressOf("flow.vert")
        visible: root.shader === "flow" && !root.resting
    }

    BlendPart {
        id: after

        anchors.fill: parent
        fragmentShader: root.addressOf("carried.frag")
        motion: root.motion ?? root.origin // never nothing, or Qt complains of a part that is not drawn
        nodes: root.nodes
        part: 2
        src: root.goal
        vertexShader: root.addressOf("flow.vert")
        visible: root.shader === "flow" && !root.resting
    }
}
