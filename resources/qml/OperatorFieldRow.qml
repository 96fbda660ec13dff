// One setting: its name and what it does, its control beside or below, what is wrong with it, and the way back.
pragma ComponentBehavior: Bound

import QtQuick
import Kiosk.Operator
import "controls"

Item {
    id: row

    required property OperatorField field
    required property OperatorModel panel
    property bool allLater: false
    readonly property bool wide: ["text", "secret", "list"].includes(field.kind) || field.choices.length > 1
    readonly property string remark: {
        if (field.fixedBy !== "")
            return qsTr("Set by %1, so it cannot be changed here.").arg(field.fixedBy);
        if (!field.live)
            return field.isSaved ? qsTr("Kept. Counts from the next start.") : allLater ? "" : qsTr("Counts from the next start.");
        return "";
    }

    readonly property string origin: {
        if (field.kind === "switch")
            return field.defaultText === "true" ? qsTr("on") : qsTr("off");
        return field.unit === "" ? field.defaultText : `${field.defaultText} ${field.unit}`;
    }

    implicitHeight: body.height + 40

    Column {
        id: body

        width: row.width
        y: 20

        Item {
            height: Math.max(words.height, row.wide ? 0 : control.height)
            width: parent.width

            Column {
                id: words

                anchors.verticalCenter: parent.verticalCenter
                spacing: 6
                width: row.wide ? parent.width : parent.width - control.width - 24

                Row {
                    spacing: 8

                    Words {
                        font.weight: Font.Medium
                        text: row.field.title
                    }

                    Rectangle {
                        anchors.verticalCenter: parent.verticalCenter
                        color: Theme.accent
                        height: 6
                        radius: 3
                        visible: row.field.isChanged
                        width: 6
                    }

                    Item {
                        height: 1
                        visible: row.field.isChanged && row.field.fixedBy === "" && row.field.kind !== "pin"
                        width: back.width

                        PushButton {
                            id: back

                            font.pixelSize: 14
                            height: 44
                            look: "bare"
                            text: row.field.defaultText === "" ? qsTr("Clear") : qsTr("Back to %1").arg(row.origin)
                            wordColor: Theme.accent
                            x: -8
                            y: -12

                            onClicked: row.field.reset()
                        }
                    }
                }

                Words {
                    color: Theme.quiet
                    font.pixelSize: 14
                    lineHeight: 1.25
                    text: row.field.explanation
                    width: parent.width
                    wrapMode: Text.Wrap
                }

                Words {
                    color: row.field.isSaved && !row.field.live ? Theme.accent : Theme.faint
                    font.pixelSize: Theme.small
                    text: row.remark
                    visible: text !== ""
                    width: parent.width
                    wrapMode: Text.Wrap
                }
            }

            OperatorControl {
                id: control

                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                field: row.field
                panel: row.panel
                visible: !row.wide
            }
        }

        Item {
            height: row.wide ? below.height + 12 : 0
            visible: row.wide
            width: parent.width

            OperatorControl {
                id: below

                field: row.field
                panel: row.panel
                visible: row.wide
                width: parent.width
                y: 12
            }
        }

        Flow {
            spacing: 8
            topPadding: 12
            visible: row.field.suggestions.length > 0 && row.field.fixedBy === ""
            width: parent.width

            Repeater {
                model: row.field.suggestions

                PushButton {
                    required property string modelData

                    font.pixelSize: 14
                    text: modelData
                    width: Math.min(implicitWidth, row.width)

                    onClicked: row.field.put(modelData)
                }
            }
        }

        Words {
            color: Theme.problem
            font.pixelSize: 14
            text: row.field.problem
            topPadding: 8
            visible: text !== ""
            width: parent.width
            wrapMode: Text.Wrap

            Accessible.role: Accessible.AlertMessage
        }
    }

    Rectangle {
        anchors.bottom: parent.bottom
        color: Theme.hairline
        height: 1
        width: parent.width
    }
}
