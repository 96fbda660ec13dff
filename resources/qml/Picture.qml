// One slot: loads a file of pixels off the GUI thread as a texture. It is drawn on one pixel, beneath all else, as soon as it
// is there, so that it is on the GPU before it is due.
import QtQuick
import Kiosk.Stage

Image {
    id: root

    required property SlotModel slot

    asynchronous: true
    cache: false
    height: 1
    retainWhileLoading: true
    source: slot.source
    width: 1

    onStatusChanged: slot.report(status)
}
