// Digits for a finger or a keyboard: shows dots for what was entered and hands it over with `entered`.
pragma ComponentBehavior: Bound

import QtQuick

FocusScope {
    id: pad

    readonly property int leastDigits: 6
    readonly property int mostDigits: 32
    property string digits: ""

    signal entered(string pin)

    function press(key: string): void {
        if (key === "⌫")
            digits = digits.slice(0, -1);
        else if (key === "OK")
            submit();
        else if (digits.length < mostDigits)
            digits += key;
    }

    function submit(): void {
        const pin = digits;
        digits = "";
        if (pin !== "")
            entered(pin);
    }

    implicitHeight: column.implicitHeight
    implicitWidth: 272
    opacity: enabled ? 1 : 0.35

    Keys.onPressed: event => {
        if (event.key === Qt.Key_Backspace)
            press("⌫");
        else if (event.key === Qt.Key_Return || event.key === Qt.Key_Enter)
            submit();
        else if (event.text >= "0" && event.text <= "9" && event.text.length === 1)
            press(event.text);
        else
            return;
        event.accepted = true;
    }

    Column {
        id: column

        spacing: 32

        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            height: 16
            spacing: 12

            Repeater {
                model: Math.max(pad.leastDigits, Math.min(pad.digits.length, 12))

                Rectangle {
                    required property int index

                    anchors.verticalCenter: parent.verticalCenter
                    border.color: Theme.faint
                    border.width: index < pad.digits.length ? 0 : 1
                    color: index < pad.digits.length ? Theme.accent : "transparent"
                    height: 12
                    radius: 6
                    width: 12
                }
            }
        }

        Grid {
            columns: 3
            spacing: 16

            Repeater {
                model: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "⌫", "0", "OK"]

                PushButton {
                    required property string modelData

                    focusPolicy: Qt.NoFocus
                    font.pixelSize: modelData === "OK" ? Theme.body : 24
                    height: 64
                    look: modelData === "OK" ? "bright" : modelData === "⌫" ? "bare" : "plain"
                    text: modelData
                    width: 80

                    Accessible.name: modelData === "⌫" ? qsTr("Delete") : modelData

                    onClicked: pad.press(modelData)
                }
            }
        }
    }
}
