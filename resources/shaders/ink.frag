// Ink: the new picture comes through like ink through paper, its brightest or its darkest parts first, with a soft edge.
#version 440

layout(location = 0) in vec2 place;
layout(location = 1) in vec2 share; // of the new picture in a black pixel, and what light adds to it
layout(location = 2) in float dither;
layout(location = 0) out vec4 fragColor;
layout(binding = 1) uniform sampler2D src;
layout(binding = 2) uniform sampler2D dst;

const vec3 BRIGHTNESS = vec3(0.2126, 0.7152, 0.0722);
const float STEP = 0.9 / 255.0; // of the dither: under one of 8 bits, so that untouched pixels stay untouched

void main()
{
    vec3 a = texture(src, place).rgb;
    vec3 b = texture(dst, place).rgb;
    vec3 light = a * a;
    vec3 goal = b * b;
    float turned = clamp(share.x + share.y * dot(goal, BRIGHTNESS), 0.0, 1.0);
    turned *= turned * (3.0 - 2.0 * turned);
    fragColor = vec4(sqrt(mix(light, goal, turned)) + (fract(dither) - 0.5) * STEP, 1.0);
}
