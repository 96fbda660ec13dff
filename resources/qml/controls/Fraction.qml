// A share of the whole as a slider: tells where it is dragged (`moved`) and where it was left (`meant`).
import QtQuick
import QtQuick.Templates as T

T.Slider {
    id: control

    signal meant

    implicitHeight: Theme.touch
    implicitWidth: 216
    opacity: enabled ? 1 : 0.4
    rightPadding: 64
    snapMode: T.Slider.SnapAlways

    Keys.onReleased: meant()
    onPressedChanged: {
        if (!pressed)
            meant();
    }

    background: Rectangle {
        color: Theme.raisedMore
        height: 4
        radius: 2
        width: control.availableWidth
        y: (control.height - height) / 2

        Rectangle {
            color: Theme.accent
            height: parent.height
            radius: 2
            width: control.visualPosition * parent.width
        }
    }
    handle: Rectangle {
        color: Theme.ink
        height: 28
        radius: 14
        width: 28
        x: control.visualPosition * (control.availableWidth - width)
        y: (control.height - height) / 2

        FocusRing {
            radius: 17
            shown: control.visualFocus
        }
    }

    Words {
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        font.features: ({
                "tnum": 1
            })
        text: qsTr("%1 %").arg(Math.round(control.value * 100))
    }
}
