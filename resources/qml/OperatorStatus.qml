// How the wall is doing: the books as large figures, the rest as lines, and which version this is.
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Kiosk.Operator
import "controls"

Flickable {
    id: root

    required property OperatorModel model

    boundsBehavior: Flickable.StopAtBounds
    clip: true
    contentHeight: column.height + 64

    T.ScrollBar.vertical: SlimBar {
    }

    Column {
        id: column

        width: root.width - 64
        x: 32
        y: 32

        Words {
            bottomPadding: 24
            font.pixelSize: Theme.heading
            font.weight: Font.DemiBold
            text: qsTr("Status")
        }

        Words {
            bottomPadding: 8
            color: Theme.quiet
            font.pixelSize: 14
            text: qsTr("Impressions")
        }

        Row {
            Repeater {
                model: root.model.figures

                Column {
                    id: figure

                    required property var modelData

                    width: column.width / 3

                    Words {
                        font.features: ({
                                "tnum": 1
                            })
                        font.pixelSize: Theme.figure
                        fontSizeMode: Text.HorizontalFit
                        minimumPixelSize: 16
                        width: parent.width - 16
                        font.weight: Font.Light
                        text: figure.modelData.value
                    }

                    Words {
                        color: Theme.quiet
                        font.pixelSize: 14
                        text: figure.modelData.label
                    }
                }
            }
        }

        Item {
            height: 24
            width: 1
        }

        Repeater {
            model: [...root.model.rows,
                {
                    "label": qsTr("Version"),
                    "value": root.model.version
                }
            ]

            Item {
                id: line

                required property var modelData

                height: Math.max(value.height + 24, 48)
                width: column.width

                Rectangle {
                    color: Theme.hairline
                    height: 1
                    width: parent.width
                }

                Words {
                    anchors.verticalCenter: parent.verticalCenter
                    color: Theme.quiet
                    text: line.modelData.label
                }

                Words {
                    id: value

                    anchors.right: parent.right
                    anchors.verticalCenter: parent.verticalCenter
                    horizontalAlignment: Text.AlignRight
                    text: line.modelData.value
                    width: parent.width - 136
                    wrapMode: Text.Wrap
                }
            }
        }
    }
}
