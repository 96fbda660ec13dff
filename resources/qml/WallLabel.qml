// The wall label, as beside a picture in a museum: title, artist and year. It comes once the morph is over.
import QtQuick
import Kiosk.Stage

Item {
    id: root

    required property string family
    required property LabelModel label
    readonly property real unit: Math.max(10, height / 46)

    Rectangle {
        id: plate

        readonly property bool shown: root.label.shown

        color: "#d0101012"
        height: lines.height + 1.5 * root.unit
        opacity: 0
        radius: 0.18 * root.unit
        width: lines.width + 2.4 * root.unit
        x: 1.8 * root.unit
        y: root.height - height - 1.8 * root.unit

        onShownChanged: {
            fade.from = opacity;
            fade.to = shown ? 1 : 0;
            fade.duration = shown ? 900 : 300;
            fade.restart();
        }

        Column {
            id: lines

            anchors.centerIn: parent
            spacing: 0.3 * root.unit

            Text {
                color: "#f4f1ea"
                font.family: root.family
                font.letterSpacing: 0.01 * root.unit
                font.pixelSize: root.unit
                font.weight: Font.DemiBold
                text: root.label.title
                textFormat: Text.PlainText
                visible: text.length > 0
                width: Math.min(implicitWidth, root.width / 2)
                wrapMode: Text.Wrap
            }

            Text {
                color: "#c9c5bb"
                font.family: root.family
                font.pixelSize: 0.82 * root.unit
                text: root.label.byline
                textFormat: Text.PlainText
                visible: text.length > 0
                width: Math.min(implicitWidth, root.width / 2)
                wrapMode: Text.Wrap
            }
        }

        OpacityAnimator {
            id: fade

            target: plate
        }
    }
}
