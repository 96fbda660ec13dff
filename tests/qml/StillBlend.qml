// Two pictures and a blend of them that stands still at `progress`, for tests that look at single frames.
import QtQuick
import "../../resources/qml"

Item {
    id: root

    required property url firstPicture
    required property real progress
    readonly property bool ready: first.status === Image.Ready && second.status === Image.Ready
    required property url secondPicture
    required property string transition

    Image {
        id: first

        anchors.fill: parent
        source: root.firstPicture
    }

    Image {
        id: second

        anchors.fill: parent
        source: root.secondPicture
    }

    ShaderEffectSource {
        id: firstTexture

        hideSource: true
        sourceItem: first
    }

    ShaderEffectSource {
        id: secondTexture

        hideSource: true
        sourceItem: second
    }

    Blend {
        anchors.fill: parent
        goal: secondTexture
        origin: firstTexture
        progress: root.progress
        transition: root.transition
    }
}
