// A line of text to type into; tells every keystroke (`typed`) and when it is meant (`meant`).
import QtQuick
import QtQuick.Templates as T

T.TextField {
    id: control

    property bool faulty: false

    signal typed(string text)
    signal meant

    color: Theme.ink
    font.family: Theme.family
    font.pixelSize: Theme.body
    implicitHeight: Theme.touch
    implicitWidth: 160
    leftPadding: 16
    opacity: enabled ? 1 : 0.4
    placeholderTextColor: Theme.faint
    rightPadding: 16
    selectByMouse: true
    selectedTextColor: Theme.inkOnAccent
    selectionColor: Theme.accent
    verticalAlignment: TextInput.AlignVCenter

    onEditingFinished: meant()
    onTextEdited: typed(text)

    background: Rectangle {
        border.color: control.faulty ? Theme.problem : control.activeFocus ? Theme.accent : Theme.hairline
        border.width: control.activeFocus || control.faulty ? 2 : 1
        color: Theme.raised
        radius: Theme.radius
    }

    Words {
        anchors.left: parent.left
        anchors.leftMargin: control.leftPadding
        anchors.verticalCenter: parent.verticalCenter
        color: control.placeholderTextColor
        text: control.placeholderText
        visible: control.text === "" && control.preeditText === ""
    }
}
