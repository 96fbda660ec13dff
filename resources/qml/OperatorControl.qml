// The control that fits a setting's kind: switch, choice, stepper, slider, entry or PIN buttons.
pragma ComponentBehavior: Bound

import QtQuick
import Kiosk.Operator
import "controls"

Loader {
    id: root

    required property OperatorField field
    required property OperatorModel panel
    readonly property bool free: field.fixedBy === ""

    active: visible
    sourceComponent: {
        switch (field.kind) {
        case "switch":
            return toggle;
        case "choice":
            return field.choices.length > 1 ? choice : only;
        case "number":
            return field.maximum <= 1 ? fraction : stepper;
        case "pin":
            return pin;
        default:
            return entry;
        }
    }

    Component {
        id: toggle

        Toggle {
            checked: root.field.text === "true"
            enabled: root.free

            Accessible.name: root.field.title

            onToggled: root.field.put(checked ? "true" : "false")
        }
    }

    Component {
        id: choice

        Choice {
            choices: root.field.choices
            enabled: root.free
            value: root.field.text

            Accessible.name: root.field.title

            onChosen: choice => root.field.put(choice)
        }
    }

    Component {
        id: only

        Words {
            color: Theme.quiet
            text: root.field.text
        }
    }

    Component {
        id: stepper

        Stepper {
            enabled: root.free
            faulty: root.field.problem !== ""
            unit: root.field.unit
            value: root.field.draft

            Accessible.name: root.field.title

            onMeant: root.field.commit()
            onStepped: steps => root.field.stepBy(steps)
            onTyped: text => root.field.edit(text)
        }
    }

    Component {
        id: fraction

        Fraction {
            enabled: root.free
            from: root.field.minimum
            stepSize: root.field.step
            to: root.field.maximum
            value: Number(root.field.draft)

            Accessible.name: root.field.title

            onMeant: root.field.commit()
            onMoved: root.field.preview(value.toFixed(3))
        }
    }

    Component {
        id: entry

        Entry {
            enabled: root.free
            faulty: root.field.problem !== ""
            placeholderText: root.field.emptyText
            width: root.field.kind === "time" ? 112 : root.width

            Accessible.name: root.field.title

            onMeant: root.field.commit()
            onTyped: text => root.field.edit(text)

            Binding on text {
                restoreMode: Binding.RestoreNone
                value: root.field.draft
            }
        }
    }

    Component {
        id: pin

        Row {
            spacing: 8

            PushButton {
                enabled: root.free
                text: qsTr("Remove")
                visible: root.field.text !== ""

                onClicked: root.field.put("")
            }

            PushButton {
                enabled: root.free
                text: root.field.text === "" ? qsTr("Set a PIN") : qsTr("Change")

                onClicked: root.panel.askNewPin()
            }
        }
    }
}
