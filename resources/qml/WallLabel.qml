// The wall label, as beside a picture in a museum: who made it, what it is called, when and how it was made. A diptych
// has two, each at the foot of its own picture. It comes once the morph is over; its words change only while unseen.
pragma ComponentBehavior: Bound

import QtQuick
import Kiosk.Stage

Item {
    id: root

    required property LabelModel label

    // Capitals a 45th of the screen's shorter side high: 12 mm on a 43-inch wall, ten minutes of arc at four metres.
    readonly property real cap: Math.max(7, Math.min(width, height) / 45)
    readonly property real margin: Math.max(16, 2.2 * cap)
    property point drift
    property var entries: []
    property int turn: -1

    // Fade the words out before others take their place; where nothing is seen, they take it at once.
    function settle(): void {
        const same = turn === label.turn;
        if (fade.running && fade.to === 0)
            return;
        if (label.shown && same) {
            fadeTo(1);
        } else if (!fade.running && sheet.opacity < 0.01) {
            if (label.shown)
                take();
        } else {
            fadeTo(0);
        }
    }

    function take(): void {
        entries = label.entries;
        drift = label.drift;
        turn = label.turn;
        fadeTo(1);
    }

    function fadeTo(goal: real): void {
        if (fade.running && fade.to === goal)
            return;
        fade.stop();
        if (sheet.opacity === goal)
            return;
        fade.from = sheet.opacity;
        fade.to = goal;
        fade.duration = goal > 0 ? 900 : 300;
        fade.start();
    }

    Component.onCompleted: settle()

    Connections {
        function onChanged() {
            root.settle();
        }

        target: root.label
    }

    Item {
        id: sheet

        anchors.fill: parent
        opacity: 0

        Repeater {
            model: root.entries

            LabelPlate {
                required property int index
                readonly property bool atRight: index > 0

                cap: root.cap
                capRatio: root.label.capRatio
                family: root.label.family
                widthLimit: (root.entries.length > 1 ? root.width / 2 : root.width > root.height ? 0.56 * root.width : root.width) - 2 * root.margin
                x: Math.round((atRight ? root.width - width - root.margin : root.margin) + root.drift.x)
                y: Math.round(root.height - height - root.margin + root.drift.y)
            }
        }
    }

    OpacityAnimator {
        id: fade

        target: sheet

        onFinished: root.settle()
    }
}
