// An on/off switch.
import QtQuick
import QtQuick.Templates as T

T.Switch {
    id: control

    implicitHeight: Theme.touch
    implicitWidth: 56
    opacity: enabled ? 1 : 0.4

    indicator: Rectangle {
        anchors.verticalCenter: parent.verticalCenter
        color: control.checked ? Theme.accent : Theme.raisedMore
        height: 32
        radius: 16
        width: 56

        Rectangle {
            id: knob

            color: control.checked ? Theme.inkOnAccent : Theme.ink
            height: 24
            radius: 12
            width: 24
            x: control.checked ? 28 : 4
            y: 4
        }

        FocusRing {
            radius: 19
            shown: control.visualFocus
        }
    }

    Accessible.role: Accessible.CheckBox
}
