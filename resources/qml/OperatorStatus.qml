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

            StatusLine {
                required property var modelData

                label: modelData.label
                value: modelData.value
                width: column.width
            }
        }

        Words {
            bottomPadding: 8
            color: Theme.quiet
            font.pixelSize: 14
            text: root.model.setAside.length === 1 ? qsTr("Set aside: one picture") : qsTr("Set aside: %1 pictures").arg(root.model.setAside.length)
            topPadding: 32
            visible: root.model.setAside.length > 0
        }

        Repeater {
            model: root.model.setAside

            StatusLine {
                required property var modelData

                label: modelData.label
                value: modelData.value
                width: column.width
            }
        }
    }
}
