// The wall's quiet answer to its operator: a few words at the lower edge that fade, and a mark that stays while paused.
pragma ComponentBehavior: Bound

import QtQuick
import Kiosk.Stage

Item {
    id: root

    required property string family
    required property bool paused
    required property StageModel stage
    readonly property real unit: Math.max(9, height / 48)

    Rectangle {
        id: pill

        anchors.bottom: parent.bottom
        anchors.bottomMargin: 2.4 * root.unit
        anchors.horizontalCenter: parent.horizontalCenter
        color: "#b00c0c0e"
        height: 2.5 * root.unit
        opacity: 0
        radius: height / 2
        width: words.width + 2.6 * root.unit

        Text {
            id: words

            anchors.centerIn: parent
            color: "#f2efe8"
            font.family: root.family
            font.pixelSize: root.unit
            textFormat: Text.PlainText
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
        id: mark

        readonly property bool shown: root.paused

        anchors.bottom: parent.bottom
        anchors.margins: 1.6 * root.unit
        anchors.right: parent.right
        color: pill.color
        height: 2.2 * root.unit
        opacity: 0
        radius: height / 2
        width: height

        onShownChanged: {
            markFade.from = opacity;
            markFade.to = shown ? 0.8 : 0;
            markFade.restart();
        }

        Row {
            anchors.centerIn: parent
            spacing: 0.3 * root.unit

            Repeater {
                model: 2

                Rectangle {
                    color: "#f4f1ea"
                    height: 0.9 * root.unit
                    radius: 0.08 * root.unit
                    width: 0.26 * root.unit
                }
            }
        }

        OpacityAnimator {
            id: markFade

            duration: 400
            target: mark
        }
    }

    Connections {
        function onFlashed(message: string) {
            words.text = message;
            flash.restart();
        }

        target: root.stage
    }
}
