// A button: "plain" on raised glass, "bright" in the accent colour, "bare" for words alone.
import QtQuick
import QtQuick.Templates as T

T.Button {
    id: control

    property string look: "plain"
    property color wordColor: look === "bright" ? Theme.inkOnAccent : Theme.ink

    font.family: Theme.family
    font.pixelSize: Theme.body
    font.weight: Font.Medium
    implicitHeight: Theme.touch
    implicitWidth: Math.max(Theme.touch, words.implicitWidth + (look === "bare" ? 24 : 40))

    background: Rectangle {
        color: control.look === "bright" ? Theme.accent : control.down ? Theme.raisedMore : control.look === "bare" ? "transparent" : Theme.raised
        opacity: control.look === "bright" && control.down ? 0.8 : 1
        radius: Theme.radius

        FocusRing {
            shown: control.visualFocus
        }
    }
    contentItem: Words {
        id: words

        color: control.wordColor
        font: control.font
        horizontalAlignment: Text.AlignHCenter
        opacity: control.enabled ? 1 : 0.4
        text: control.text
        verticalAlignment: Text.AlignVCenter
    }
}
