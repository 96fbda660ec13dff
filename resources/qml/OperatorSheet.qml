// What is on the sheet of glass: the number pad while a PIN is asked for, otherwise groups, their settings, actions.
pragma ComponentBehavior: Bound

import QtQuick
import Kiosk.Operator
import "controls"

FocusScope {
    id: sheet

    required property OperatorModel model
    required property var stir
    readonly property string statusName: qsTr("Status")
    property string group: model.groups.length > 0 ? model.groups[0] : statusName

    function focusFirst(): void {
        if (model.pinPurpose !== "")
            door.forceActiveFocus();
        else
            groups.forceActiveFocus();
    }

    OperatorDoor {
        id: door

        anchors.fill: parent
        model: sheet.model
        visible: sheet.model.pinPurpose !== ""
    }

    FocusScope {
        anchors.fill: parent
        focus: true
        visible: sheet.model.pinPurpose === "" && !sheet.model.locked

        OperatorGroups {
            id: groups

            current: sheet.group
            focus: true
            height: parent.height
            names: [...sheet.model.groups, sheet.statusName]
            width: 192

            onChosen: name => sheet.group = name
        }

        Rectangle {
            color: Theme.hairline
            height: parent.height
            width: 1
            x: groups.width
        }

        Item {
            id: page

            anchors.bottom: actions.top
            anchors.left: groups.right
            anchors.right: parent.right
            anchors.top: parent.top

            OperatorFields {
                anchors.fill: parent
                group: sheet.group
                model: sheet.model
                visible: sheet.group !== sheet.statusName

                onMovementStarted: sheet.stir()
            }

            OperatorStatus {
                anchors.fill: parent
                model: sheet.model
                visible: sheet.group === sheet.statusName

                onMovementStarted: sheet.stir()
            }
        }

        OperatorActions {
            id: actions

            anchors.bottom: parent.bottom
            anchors.left: groups.right
            anchors.right: parent.right
            model: sheet.model
        }
    }
}
