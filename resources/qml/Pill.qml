// The wall's quiet answer to hands, at the upper edge and the sides, where no label ever is: an angle at the side it goes
// to, a few words that fade, and a mark that stays while paused.
pragma ComponentBehavior: Bound

import QtQuick
import Kiosk.Stage

Item {
    id: root

    required property string family
    required property bool paused
    required property StageModel stage
    readonly property real unit: Math.max(9, Math.min(width, height) / 48)
    readonly property color ground: "#c40c0c0e"

    // What is said to whom did what: a sign and words. Anything else that is flashed is words already.
    readonly property var answers: ({
            "vote-up": ["up", qsTr("More like this")],
            "vote-down": ["down", qsTr("Less like this")],
            "vote-failed": ["", qsTr("The vote could not be counted")],
            "label-on": ["", qsTr("Label on")],
            "label-off": ["", qsTr("Label off")],
            "muted": ["", qsTr("Microphone off")],
            "listening": ["microphone", qsTr("Listening")],
            "not-listening": ["", qsTr("Listening is not switched on")],
            "paused": ["pause", qsTr("Paused")],
            "resumed": ["right", qsTr("Going on")],
            "nothing-new": ["", qsTr("Nothing new yet")],
            "nothing-before": ["", qsTr("This is the first piece")]
        })

    function answer(name: string): void {
        if (name === "next" || name === "previous") {
            turn.forward = name === "next";
            turning.restart();
            return;
        }
        const known = answers[name];
        sign.name = known ? known[0] : "";
        words.text = known ? known[1] : name;
        flash.restart();
    }

    Rectangle {
        id: pill

        anchors.horizontalCenter: parent.horizontalCenter
        color: root.ground
        height: Math.round(2.5 * root.unit)
        opacity: 0
        radius: height / 2
        width: inside.width + 2.6 * root.unit
        y: Math.round(2.4 * root.unit)

        Row {
            id: inside

            anchors.centerIn: parent
            spacing: sign.name ? 0.6 * root.unit : 0

            Sign {
                id: sign

                anchors.verticalCenter: parent.verticalCenter
                side: name ? root.unit : 0
            }

            Text {
                id: words

                anchors.verticalCenter: parent.verticalCenter
                color: "#f4f1ea"
                elide: Text.ElideRight
                font.family: root.family
                font.pixelSize: root.unit
                textFormat: Text.PlainText
                width: Math.min(implicitWidth, 0.8 * root.width)
            }
        }
    }

    SequentialAnimation {
        id: flash

        OpacityAnimator {
            duration: 160
            target: pill
            to: 1
        }

        PauseAnimation {
            duration: 1500
        }

        OpacityAnimator {
            duration: 700
            target: pill
            to: 0
        }
    }

    Rectangle {
        id: turn

        property bool forward: true

        color: root.ground
        height: Math.round(3 * root.unit)
        opacity: 0
        radius: height / 2
        width: height
        x: Math.round(forward ? root.width - width - 1.6 * root.unit : 1.6 * root.unit)
        y: Math.round((root.height - height) / 2)

        Sign {
            anchors.centerIn: parent
            name: turn.forward ? "right" : "left"
            side: 1.3 * root.unit
        }
    }

    SequentialAnimation {
        id: turning

        OpacityAnimator {
            duration: 120
            target: turn
            to: 0.75
        }

        PauseAnimation {
            duration: 700
        }

        OpacityAnimator {
            duration: 900
            easing.type: Easing.InQuad
            target: turn
            to: 0
        }
    }

    Rectangle {
        id: mark

        readonly property bool shown: root.paused

        color: root.ground
        height: Math.round(2.2 * root.unit)
        opacity: 0
        radius: height / 2
        width: height
        x: Math.round(root.width - width - 1.6 * root.unit)
        y: Math.round(1.6 * root.unit)

        onShownChanged: {
            markFade.stop();
            markFade.from = opacity;
            markFade.to = shown ? 0.8 : 0;
            markFade.start();
        }

        Sign {
            anchors.centerIn: parent
            name: "pause"
            side: 1.1 * root.unit
        }

        OpacityAnimator {
            id: markFade

            duration: 400
            target: mark
        }
    }

    Connections {
        function onFlashed(message: string) {
            root.answer(message);
        }

        target: root.stage
    }
}
