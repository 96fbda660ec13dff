// One picture's label: three lines in one size on a dark plate, and a QR code beside them where the gallery has links.
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Window

Item {
    id: root

    required property real cap
    required property real capRatio
    required property string family
    required property var modelData
    required property real widthLimit

    readonly property bool hasCode: code.modulePx >= 2
    readonly property real padding: Math.round(1.25 * cap)
    readonly property real gap: Math.round(1.3 * cap)
    readonly property real linePx: Math.round(1.88 * cap)
    readonly property real textPx: Math.round(cap / capRatio)

    // A title in a line of its own direction, so that the year stays behind it; every sign of markup is taken from it.
    function titled(title: string, slanted: bool, year: string): string {
        const plain = title.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
        const set = slanted ? "<i>" + plain + "</i>" : plain;
        return "\u2068" + set + "\u2069" + (year ? ", " + year.replace(/[&<>]/g, "") : "");
    }

    height: Math.max(lines.height, hasCode ? code.height : 0) + 2 * padding
    width: padding + lines.width + (hasCode ? gap + code.width : 0) + (hasCode ? Math.round(0.8 * padding) : padding)

    Rectangle {
        anchors.fill: parent
        color: "#e2101012"
        radius: Math.round(0.12 * root.cap)
    }

    Column {
        id: lines

        readonly property real widthLimit: root.widthLimit - 2 * root.padding - (root.hasCode ? root.gap + code.width : 0)

        width: Math.ceil(Math.min(widthLimit, Math.max(artist.implicitWidth, title.implicitWidth, made.implicitWidth)))
        x: root.padding
        y: Math.round((root.height - height) / 2)

        Text {
            id: artist

            color: "#f4f1ea"
            elide: Text.ElideRight
            font.family: root.family
            font.pixelSize: root.textPx
            font.weight: Font.Medium
            horizontalAlignment: Text.AlignLeft
            lineHeight: root.linePx
            lineHeightMode: Text.FixedHeight
            maximumLineCount: 1
            text: root.modelData.artist
            textFormat: Text.PlainText
            visible: text.length > 0
            width: parent.width
        }

        Text {
            id: title

            color: "#f4f1ea"
            elide: Text.ElideRight
            font.family: root.family
            font.pixelSize: root.textPx
            horizontalAlignment: Text.AlignLeft
            lineHeight: root.linePx
            lineHeightMode: Text.FixedHeight
            maximumLineCount: 3
            text: root.titled(root.modelData.title, root.modelData.slanted, root.modelData.year)
            textFormat: Text.StyledText
            width: parent.width
            wrapMode: Text.Wrap
        }

        Text {
            id: made

            color: "#c4bfb4"
            elide: Text.ElideRight
            font.family: root.family
            font.pixelSize: root.textPx
            horizontalAlignment: Text.AlignLeft
            lineHeight: root.linePx
            lineHeightMode: Text.FixedHeight
            maximumLineCount: 2
            text: root.modelData.made
            textFormat: Text.PlainText
            visible: text.length > 0
            width: parent.width
            wrapMode: Text.Wrap
        }
    }

    // Enlarged by a whole number of the screen's pixels a module, so that every edge is sharp; with less than two of them
    // no camera would read it, and there is none.
    Image {
        id: code

        readonly property real ratio: Screen.devicePixelRatio
        readonly property real modulePx: root.modelData.modules > 0 ? Math.floor(7 * root.cap * ratio / root.modelData.modules) : 0

        height: width
        mipmap: false
        smooth: false
        source: root.modelData.code
        visible: root.hasCode
        width: root.modelData.modules * modulePx / ratio
        x: root.width - width - Math.round(0.8 * root.padding)
        y: Math.round((root.height - height) / 2)
    }
}
