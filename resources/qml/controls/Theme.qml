// The operator panel's look in one place: colours on dark glass, an 8 px grid, sizes of type, durations.
pragma Singleton

import QtQuick

QtObject {
    property string family: "Inter"

    readonly property color glass: "#e80e0f12"
    readonly property color hairline: "#1cffffff"
    readonly property color raised: "#14ffffff"
    readonly property color raisedMore: "#24ffffff"
    readonly property color chosen: "#3dffffff"
    readonly property color ink: "#f4f1ea"
    readonly property color quiet: "#a9a7a2"
    readonly property color faint: "#7d7b77"
    readonly property color accent: "#e3bd7e"
    readonly property color inkOnAccent: "#1b1408"
    readonly property color problem: "#f2937c"
    readonly property color noticeGround: "#26e3bd7e"

    readonly property int touch: 48
    readonly property int radius: 8

    readonly property int small: 13
    readonly property int body: 16
    readonly property int heading: 28
    readonly property int figure: 32

    readonly property int quick: 120
    readonly property int slide: 280
}
