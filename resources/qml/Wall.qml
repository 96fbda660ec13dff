// The pictures and the two layers that turn one into the other. Which picture lies where is decided in kiosk/stage/wall.py.
pragma ComponentBehavior: Bound

import QtQuick
import Kiosk.Stage

Item {
    id: root

    required property color ground
    required property WallModel wall

    // What a layer morphs from or to: a slot's picture, the ground (-1), or what the other layer held when it stopped (-2).
    function textureOf(place: int, otherLayer: Morph): Item {
        if (place === -1)
            return groundTexture;
        if (place === -2)
            return otherLayer.frozen;
        return pictures.itemAt(place) ?? groundTexture;
    }

    // The material of a layer's morph, or nothing.
    function motionOf(place: int): Item {
        return place < 0 ? null : motions.itemAt(place);
    }

    Repeater {
        id: pictures

        model: root.wall.slotModels

        Picture {
            required property SlotModel modelData

            slot: modelData
        }
    }

    Repeater {
        id: motions

        model: root.wall.motionModels

        Picture {
            required property SlotModel modelData

            slot: modelData
            smooth: false // its bytes are numbers
        }
    }

    Rectangle {
        id: groundSurface

        anchors.fill: parent
        color: root.ground
    }

    ShaderEffectSource {
        id: groundTexture

        hideSource: true
        height: 1
        implicitHeight: 8 // as a motion it is one of two nodes by two
        implicitWidth: 2
        sourceItem: groundSurface
        textureSize: Qt.size(4, 4)
        width: 1
    }

    // Every transition once on one hidden pixel, so that its shaders are compiled before the first morph needs them.
    Repeater {
        model: ["flow", "ink", "dissolve"]

        Blend {
            required property string modelData

            goal: groundTexture
            height: 1
            motion: groundTexture
            origin: groundTexture
            resting: false
            transition: modelData
            width: 1
        }
    }

    Morph {
        id: first

        anchors.fill: parent
        frozenWanted: root.wall.secondLayer.origin === -2
        goal: root.textureOf(root.wall.firstLayer.goal, second)
        model: root.wall.firstLayer
        motion: root.motionOf(root.wall.firstLayer.motion)
        origin: root.textureOf(root.wall.firstLayer.origin, second)
    }

    Morph {
        id: second

        anchors.fill: parent
        frozenWanted: root.wall.firstLayer.origin === -2
        goal: root.textureOf(root.wall.secondLayer.goal, first)
        model: root.wall.secondLayer
        motion: root.motionOf(root.wall.secondLayer.motion)
        origin: root.textureOf(root.wall.secondLayer.origin, first)
    }
}
