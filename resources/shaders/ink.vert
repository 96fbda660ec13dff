// Ink, at each node of a grid: when the new picture comes through here, and how much a pixel's own brightness moves that.
// The motion texture (kiosk/imaging/motion.py) has one texel a node and four bands, one above the other; the maps for ink
// are the blue of the second (when: 0 first), the third (light around here) and the fourth (1: the bright come first).
#version 440

layout(location = 0) in vec4 qt_Vertex;
layout(location = 1) in vec2 qt_MultiTexCoord0;
layout(location = 0) out vec2 place;
layout(location = 1) out vec2 share; // of the new picture in a black pixel, and what light adds to it
layout(location = 2) out float dither;
layout(std140, binding = 0) uniform buf {
    mat4 qt_Matrix;
    float qt_Opacity;
    float progress; // 0..1, linear in time
    vec2 nodes;     // the size of one band
    vec2 pixels;    // the size on the screen
};
layout(binding = 3) uniform sampler2D motion;

const float EDGE = 0.55; // how long one pixel takes: so much of 2.55, the whole time
const float GRAIN = 0.5; // how much sooner a bright pixel comes than a dark one, or later
const vec2 R2 = vec2(0.7548776662, 0.5698402910); // the sequence of the dither (Roberts 2018), a step a pixel

float map(vec2 node, float band)
{
    vec2 texel = vec2(node.x, node.y + band * nodes.y) + 0.5;
    return textureLod(motion, texel / (nodes * vec2(1.0, 4.0)), 0.0).b;
}

void main()
{
    vec2 node = floor(qt_MultiTexCoord0 * (nodes - 1.0) + 0.5);
    float grain = GRAIN * (map(node, 3.0) > 0.5 ? 1.0 : -1.0);
    float when = map(node, 1.0) + grain * map(node, 2.0);
    share = vec2(progress * (1.0 + 2.0 * GRAIN + EDGE) - GRAIN - when, grain) / EDGE;
    place = qt_MultiTexCoord0;
    dither = dot(qt_MultiTexCoord0, pixels * R2);
    gl_Position = qt_Matrix * qt_Vertex;
}
