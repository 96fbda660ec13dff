// Flow, at each node of a grid: where in both pictures the forms that now pass here come from, and whose turn it is here.
// The motion texture (kiosk/imaging/motion.py) has one texel a node and four bands, one above the other: the high bytes of
// the way of the old picture's forms to their places in the new one, their low bytes, and the same for the way back. The
// forms set off and arrive gently; the turns are taken evenly.
//
// Most of the time most of the screen shows one picture alone. So the grid is drawn three times, each time clipped by depth
// (there is no depth buffer) to what is meant: `part` 1 is the old picture alone (carried.frag), before the line where a pixel
// may begin to turn; 2 the new one alone, behind the line where all have turned; 0 (flow.frag) what lies between, and a little
// over both lines, where both draw the same.
#version 440

layout(location = 0) in vec4 qt_Vertex;
layout(location = 1) in vec2 qt_MultiTexCoord0;
layout(location = 0) out vec4 places; // in the old picture, in the new one; of a picture alone the place in that one first
layout(location = 1) out float share; // of the new picture, before the pixel has its say
layout(location = 2) out float dither;
layout(std140, binding = 0) uniform buf {
    mat4 qt_Matrix;
    float qt_Opacity;
    float progress; // 0..1, linear in time
    float part;
    float nearest; // depth where clipping begins: -1 in OpenGL, 0 elsewhere
    vec2 nodes;    // the size of one band
    vec2 pixels;   // the size on the screen
};
layout(binding = 3) uniform sampler2D motion;

const float EDGE = 0.8; // how long one pixel takes: so much of 2.8, the whole time
const float ROOM = 0.5; // what the map and the pixel may add beyond 0..1 (kiosk/imaging/motion_turns.py keeps to it)
const float SAY = 0.5;  // how much a pixel may add to its share, or take from it: RISE of flow.frag between black and white
const float OVER = 0.02; // of a share
const float STEEP = 0.25; // keeps every share of a picture alone before the near plane
const vec2 R2 = vec2(0.7548776662, 0.5698402910); // the sequence of the dither (Roberts 2018), a step a pixel

vec3 bytes(vec2 node, float band)
{
    vec2 texel = vec2(node.x, node.y + band * nodes.y) + 0.5;
    return floor(textureLod(motion, texel / (nodes * vec2(1.0, 4.0)), 0.0).rgb * 255.0 + 0.5);
}

vec2 way(vec3 high, vec3 low)
{
    return (high.xy * 256.0 + low.xy - 32768.0) / 65534.0; // in widths and heights of the picture, at most half of one
}

float depth(float share)
{
    if (part > 1.5)
        return 1.0 + STEEP * (1.0 + SAY - share);
    if (part > 0.5)
        return 1.0 + STEEP * (share + SAY);
    return mix(nearest, 1.0, (share + SAY + OVER) / (1.0 + 2.0 * (SAY + OVER)));
}

void main()
{
    vec2 node = floor(qt_MultiTexCoord0 * (nodes - 1.0) + 0.5);
    vec3 first = bytes(node, 0.0);
    vec3 second = bytes(node, 1.0);
    vec3 third = bytes(node, 2.0);
    vec2 forth = way(first, second);
    vec2 back = way(third, bytes(node, 3.0));
    float done = smoothstep(0.0, 1.0, progress);
    float left = 1.0 - done;
    // Jiang et al., Super SloMo (2018), equation 4: both ways seen from the time between.
    vec2 toOld = done * (done * back - left * forth);
    vec2 toNew = left * (left * forth - done * back);
    places = vec4(qt_MultiTexCoord0 + toOld, qt_MultiTexCoord0 + toNew);
    if (part > 1.5)
        places = places.zwxy;
    float lead = first.z / 255.0 * 1.2 - 0.1;
    share = (progress * (1.0 + 2.0 * ROOM + EDGE) - 1.0 - ROOM + lead) / EDGE;
    dither = dot(qt_MultiTexCoord0, pixels * R2);
    gl_Position = qt_Matrix * qt_Vertex;
    gl_Position.z = depth(share) * gl_Position.w;
}
