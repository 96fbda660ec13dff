// One slot: decodes a picture off the GUI thread and composes it, as the screen will show it, into a texture.
// The texture is drawn on one hidden pixel as soon as the picture is there, so that it is on the GPU before it is due.
pragma ComponentBehavior: Bound

import QtQuick
import Kiosk.Stage

Item {
    id: root

    required property string fit
    required property SlotModel slot
    readonly property alias texture: composed

    Item {
        id: composition

        anchors.fill: parent

        Rectangle {
            anchors.fill: parent
            color: "#0e0e10"
        }

        Loader {
            active: root.fit === "blur" && root.slot.occupied
            anchors.fill: parent
            sourceComponent: Surround {
                picture: image
            }
        }

        Image {
            id: image

            anchors.fill: parent
            asynchronous: true
            autoTransform: true
            cache: false
            fillMode: root.fit === "cover" ? Image.PreserveAspectCrop : Image.PreserveAspectFit
            retainWhileLoading: true
            source: root.slot.source
            sourceSize: root.slot.sourceBound

            onStatusChanged: root.slot.report(status, implicitWidth, implicitHeight)
        }
    }

    ShaderEffectSource {
        id: composed

        height: 1
        hideSource: true
        sourceItem: composition
        sourceRect: Qt.rect(0, 0, root.width, root.height)
        visible: root.slot.occupied
        width: 1
    }
}
