// The settings of one group under its name, with what was wrong with the settings file above them.
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import Kiosk.Operator
import "controls"

Flickable {
    id: root

    required property OperatorModel model
    required property string group
    readonly property bool allLater: model.fields.every(field => field.group !== group || !field.live)
    readonly property Item focused: Window.activeFocusItem

    // What gets the keyboard comes into view.
    onFocusedChanged: {
        for (let item = focused; item; item = item.parent) {
            if (item !== column)
                continue;
            const top = focused.mapToItem(column, 0, 0).y;
            contentY = Math.max(0, Math.min(Math.max(contentY, top + focused.height + 48 - height), top - 48));
        }
    }

    boundsBehavior: Flickable.StopAtBounds
    clip: true
    contentHeight: column.height + 64

    T.ScrollBar.vertical: SlimBar {
    }

    onGroupChanged: contentY = 0

    Column {
        id: column

        width: root.width - 64
        x: 32
        y: 32

        OperatorNotice {
            notices: root.model.notices
            width: column.width
        }

        Words {
            bottomPadding: root.allLater ? 0 : 16
            font.pixelSize: Theme.heading
            font.weight: Font.DemiBold
            text: root.group
        }

        Words {
            bottomPadding: 12
            color: Theme.quiet
            font.pixelSize: 14
            text: qsTr("Changes here count from the next start.")
            topPadding: 8
            visible: root.allLater
        }

        Words {
            bottomPadding: 12
            color: Theme.quiet
            text: root.model.hearing
            visible: root.group === "Sound" && text !== ""
            width: column.width
            wrapMode: Text.Wrap
        }

        Repeater {
            model: root.model.fields

            OperatorFieldRow {
                required property OperatorField modelData

                allLater: root.allLater
                field: modelData
                panel: root.model
                visible: modelData.group === root.group
                width: column.width
            }
        }

        OperatorLeave {
            visible: root.group === "Operator"
            width: column.width

            onConfirmed: root.model.leave()
        }
    }
}
