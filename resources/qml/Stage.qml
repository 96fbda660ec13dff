// The window: the wall, what lies over it, and the hands that touch it. Its Python side is kiosk/stage/window.py.
import QtQuick
import Kiosk.Stage

Window {
    id: window

    required property StageModel stage
    required property WallModel wall

    color: stage.ground
    flags: Qt.Window | Qt.FramelessWindowHint
    title: qsTr("Gallery")

    onClosing: close => {
        close.accepted = stage.leaving;
        if (!stage.leaving)
            stage.askToClose();
    }

    FocusScope {
        id: scene

        readonly property bool sideways: window.stage.rotation % 180 !== 0

        anchors.centerIn: parent
        focus: true
        height: sideways ? window.width : window.height
        objectName: "scene"
        rotation: window.stage.rotation
        width: sideways ? window.height : window.width

        // A key that is held counts once: what one press turns over, two would turn back.
        Keys.onPressed: event => event.accepted = event.isAutoRepeat || window.stage.pressKey(event.key, (event.modifiers & Qt.ControlModifier) !== 0)

        Wall {
            anchors.fill: parent
            ground: window.stage.ground
            wall: window.wall
        }

        WallLabel {
            anchors.fill: parent
            label: window.stage.label
        }

        Veil {
            anchors.fill: parent
            asleep: window.stage.asleep
            brightness: window.stage.brightness

            onSettled: window.stage.reportLit()
        }

        Pill {
            anchors.fill: parent
            family: window.stage.fontFamily
            paused: window.stage.paused
            stage: window.stage
            visible: !window.stage.asleep
        }

        Touch {
            anchors.fill: parent
            onGave: key => window.stage.pressKey(key, false)
            onPressedLong: window.stage.askForSettings()
        }
    }
}
