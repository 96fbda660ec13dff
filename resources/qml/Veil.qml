// Darkness over the art: lightly for a dimmed wall, wholly for one that sleeps.
import QtQuick

Rectangle {
    id: root

    required property bool asleep
    required property real brightness
    readonly property real darkness: asleep ? 1 : 1 - brightness

    signal settled

    color: "black"
    opacity: 0

    Component.onCompleted: opacity = darkness
    onDarknessChanged: {
        fade.from = opacity;
        fade.to = darkness;
        fade.restart();
    }

    OpacityAnimator {
        id: fade

        duration: 400
        easing.type: Easing.InOutQuad
        target: root

        onFinished: root.settled()
    }
}
