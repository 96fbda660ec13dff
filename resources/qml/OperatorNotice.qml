// A calm word about settings that could not be used, and what is used instead.
pragma ComponentBehavior: Bound

import QtQuick
import "controls"

Item {
    id: root

    required property list<string> notices
    readonly property int most: 3

    implicitHeight: visible ? card.height + 32 : 0
    visible: notices.length > 0

    Rectangle {
        id: card

        color: Theme.noticeGround
        height: words.height + 32
        radius: Theme.radius
        width: parent.width

        Rectangle {
            color: Theme.accent
            height: parent.height - 24
            radius: 1.5
            width: 3
            x: 12
            y: 12
        }

        Column {
            id: words

            spacing: 6
            width: parent.width - 48
            x: 28
            y: 16

            Words {
                font.weight: Font.DemiBold
                text: qsTr("Some settings could not be used")
            }

            Repeater {
                model: root.notices.slice(0, root.most)

                Words {
                    required property string modelData

                    color: Theme.quiet
                    font.pixelSize: 14
                    lineHeight: 1.25
                    text: modelData
                    width: words.width
                    wrapMode: Text.Wrap
                }
            }

            Words {
                color: Theme.quiet
                font.pixelSize: 14
                text: qsTr("And %1 more; `kiosk settings show` names them all.").arg(root.notices.length - root.most)
                visible: root.notices.length > root.most
                width: words.width
                wrapMode: Text.Wrap
            }
        }
    }
}
