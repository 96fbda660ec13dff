// The groups of settings, one under the other; arrow keys move between them.
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import "controls"

T.Control {
    id: root

    required property string current
    required property list<string> names

    signal chosen(string name)

    function step(by: int): void {
        focusReason = Qt.TabFocusReason;
        const next = names[names.indexOf(current) + by];
        if (next !== undefined)
            chosen(next);
    }

    focusPolicy: Qt.TabFocus

    Keys.onDownPressed: step(1)
    Keys.onUpPressed: step(-1)

    Words {
        id: heading

        font.pixelSize: 20
        font.weight: Font.DemiBold
        text: qsTr("Settings")
        x: 32
        y: 40
    }

    Column {
        spacing: 4
        width: root.width
        y: 96

        Repeater {
            model: root.names

            T.AbstractButton {
                id: entry

                required property string modelData
                readonly property bool current: modelData === root.current

                focusPolicy: Qt.NoFocus
                height: 48
                text: modelData
                width: root.width

                Accessible.role: Accessible.PageTab
                Accessible.selected: current

                onClicked: root.chosen(modelData)

                background: Rectangle {
                    anchors.fill: parent
                    anchors.leftMargin: 16
                    anchors.rightMargin: 16
                    color: entry.current ? Theme.raisedMore : entry.down ? Theme.raised : "transparent"
                    radius: Theme.radius

                    FocusRing {
                        shown: entry.current && root.visualFocus
                    }
                }
                contentItem: Words {
                    color: entry.current ? Theme.ink : Theme.quiet
                    font.weight: entry.current ? Font.DemiBold : Font.Normal
                    leftPadding: 32
                    text: entry.text
                    verticalAlignment: Text.AlignVCenter
                }
            }
        }
    }
}
