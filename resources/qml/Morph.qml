// One layer: a shader that turns one texture into another, moved by an Animator on the render thread, which Python starts.
// A second Animator beside it, half as long, tells when the newcomer has half the weight: it runs on the same clock, in the
// same frames, so its word is never early, and when the GUI thread was busy it is late, which no proof of showing minds.
import QtQuick
import Kiosk.Stage

Item {
    id: root

    // Whether the other layer still morphs from what this one froze; when it no longer does, the texture is given back.
    required property bool frozenWanted
    required property Item origin
    required property LayerModel model
    required property Item goal
    required property Item motion
    readonly property alias frozen: frozenTexture

    visible: model.active

    onFrozenWantedChanged: if (!frozenWanted)
        frozenTexture.sourceItem = null

    Blend {
        id: blend

        anchors.fill: parent
        goal: root.goal
        motion: root.motion
        origin: root.origin
        transition: root.model.transition

        onFinished: root.model.reportFinished()
    }

    ShaderEffectSource {
        id: frozenTexture

        height: 1
        live: false
        width: 1
        z: -1 // beneath the layer: one pixel nobody sees, for a texture nobody draws is not kept up

        onScheduledUpdateCompleted: root.model.reportFrozen(blend.progress)
    }

    Item {
        id: halfMark
    }

    OpacityAnimator {
        id: half

        duration: root.model.durationMs / 2
        from: 0
        target: halfMark
        to: 1

        onFinished: root.model.reportHalf()
    }

    Connections {
        function onBegun() {
            half.stop();
            blend.run(root.model.durationMs);
            half.start();
        }

        function onCut() {
            half.stop();
            blend.put(1);
        }

        function onFreezeAsked() {
            half.stop();
            blend.halt();
            frozenTexture.sourceItem = blend;
            frozenTexture.scheduleUpdate();
        }

        target: root.model
    }
}
