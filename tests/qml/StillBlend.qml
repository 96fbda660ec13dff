// Two pictures and a blend of them that stands still at `progress`, for tests that look at single frames; or that runs, as the
// wall's does, on the render thread, for `runMs`.
import QtQuick
import "../../resources/qml"

Item {
    id: root

    required property url firstPicture
    property url motionPicture
    required property real progress
    readonly property bool ready: first.status === Image.Ready && second.status === Image.Ready && (motionPicture.toString() === "" || motion.status === Image.Ready)
    property int runMs: 0
    required property url secondPicture
    readonly property alias shown: blend.progress
    required property string transition

    function draw() {
        if (ready && runMs > 0)
            blend.run(runMs);
        else
            blend.put(progress);
    }

    Component.onCompleted: draw()
    onProgressChanged: draw()
    onReadyChanged: draw()

    Image {
        id: first

        source: root.firstPicture
        visible: false
    }

    Image {
        id: second

        source: root.secondPicture
        visible: false
    }

    Image {
        id: motion

        cache: false
        smooth: false
        source: root.motionPicture
        visible: false
    }

    Blend {
        id: blend

        anchors.fill: parent
        goal: second
        motion: motion.status === Image.Ready ? motion : null
        origin: first
        transition: root.transition
    }
}
