// The operator's panel over the wall: a sheet of dark glass from the right, from below on an upright screen.
// Its Python side is kiosk/stage/operator_model.py; it covers the window and is out of the way while closed.
pragma ComponentBehavior: Bound

import QtQuick
import Kiosk.Operator
import "controls"

FocusScope {
    id: root

    required property OperatorModel model
    property string fontFamily: "Inter"
    property int idleMs: 180000
    property Item before: null
    property bool wasOpen: false
    readonly property bool upright: height > width
    // Of its own size up to a screen of 1080 lines, larger on a larger one, smaller where it would not go in otherwise.
    readonly property real zoom: Math.max(Math.min(1, width / 680, height / 600), Math.min(width, height) / 1080)
    readonly property real glassWidth: upright ? width / zoom : Math.min(width / zoom, Math.max(680, Math.min(width / zoom * 0.56, 784)))
    readonly property real glassHeight: upright ? Math.min(height / zoom * 0.64, 1200) : height / zoom

    function stir(): void {
        if (root.model.opened)
            idle.restart();
    }

    anchors.fill: parent
    enabled: model.opened
    visible: model.opened || leaving.running
    z: 1000

    Component.onCompleted: Theme.family = fontFamily
    Keys.onPressed: event => {
        stir();
        if (event.key === Qt.Key_Escape && root.model.pinPurpose !== "")
            root.model.cancelPin();
        else if (event.key === Qt.Key_Escape || (event.key === Qt.Key_Comma && (event.modifiers & Qt.ControlModifier)))
            root.model.close();
        event.accepted = true;
    }

    Connections {
        function onOpenedChanged(): void {
            if (root.model.opened) {
                root.wasOpen = true;
                root.before = root.Window.activeFocusItem;
                sheet.focusFirst();
                idle.restart();
            } else {
                idle.stop();
                root.focus = false;
                if (root.before)
                    root.before.forceActiveFocus();
            }
        }

        function onLockChanged(): void {
            root.stir();
            if (root.model.opened)
                sheet.focusFirst();
        }

        target: root.model
    }

    Connections {
        function onActiveFocusItemChanged(): void {
            root.stir();
        }

        target: root.Window.window
    }

    Timer {
        id: idle

        interval: root.idleMs

        onTriggered: root.model.close()
    }

    // Whatever is touched here stays here, and counts as a sign of life.
    MouseArea {
        acceptedButtons: Qt.AllButtons
        anchors.fill: parent

        onPressed: root.stir()
        onWheel: root.stir()
    }

    Item {
        id: slider

        readonly property real awayX: root.upright ? 0 : glass.width * root.zoom
        readonly property real awayY: root.upright ? glass.height * root.zoom : 0

        height: root.height
        width: root.width

        states: State {
            name: "away"
            when: !root.model.opened

            PropertyChanges {
                slider.x: slider.awayX
                slider.y: slider.awayY
            }
        }
        transitions: [
            Transition {
                to: ""

                XAnimator {
                    duration: Theme.slide
                    easing.type: Easing.OutCubic
                }

                YAnimator {
                    duration: Theme.slide
                    easing.type: Easing.OutCubic
                }
            },
            Transition {
                id: leaving

                enabled: root.wasOpen
                to: "away"

                XAnimator {
                    duration: Theme.slide
                    easing.type: Easing.InCubic
                }

                YAnimator {
                    duration: Theme.slide
                    easing.type: Easing.InCubic
                }
            }
        ]

        Item {
            id: glass

            anchors.bottom: parent.bottom
            anchors.right: parent.right
            height: root.glassHeight
            scale: root.zoom
            transformOrigin: Item.BottomRight
            width: root.glassWidth

            // The art darkens softly towards the sheet, so that its edge does not cut.
            Rectangle {
                height: parent.height
                visible: !root.upright
                width: 64
                x: -width

                gradient: Gradient {
                    orientation: Gradient.Horizontal

                    GradientStop {
                        color: "transparent"
                        position: 0
                    }

                    GradientStop {
                        color: "#66000000"
                        position: 1
                    }
                }
            }

            Rectangle {
                anchors.fill: parent
                color: Theme.glass
            }

            Rectangle {
                color: Theme.hairline
                height: root.upright ? 1 : parent.height
                width: root.upright ? parent.width : 1
            }

            PointHandler {
                onActiveChanged: root.stir()
            }

            OperatorSheet {
                id: sheet

                anchors.fill: parent
                model: root.model
                stir: root.stir
            }
        }
    }
}
