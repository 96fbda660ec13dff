// Text in the panel's type.
import QtQuick

Text {
    color: Theme.ink
    font.family: Theme.family
    font.pixelSize: Theme.body
    textFormat: Text.PlainText
}
