// Flow, in each pixel: both pictures, from where the grid says, blended in linear light. What grows bright comes sooner, what
// grows dark later, so that it is forms that come and go.
#version 440

layout(location = 0) in vec4 places;
layout(location = 1) in float share;
layout(location = 2) in float dither;
layout(location = 0) out vec4 fragColor;
layout(binding = 1) uniform sampler2D src;
layout(binding = 2) uniform sampler2D dst;

const vec3 RISE = vec3(0.2126, 0.7152, 0.0722) * (0.4 / 0.8); // RISE of kiosk/imaging/motion_turns.py over EDGE of flow.vert
const float STEP = 0.9 / 255.0; // of the dither: under one of 8 bits, so that untouched pixels stay untouched

void main()
{
    vec3 a = texture(src, places.xy).rgb;
    vec3 b = texture(dst, places.zw).rgb;
    vec3 light = a * a;
    vec3 growth = b * b - light;
    float turned = clamp(share + dot(growth, RISE), 0.0, 1.0);
    turned *= turned * (3.0 - 2.0 * turned);
    fragColor = vec4(sqrt(light + turned * growth) + (fract(dither) - 0.5) * STEP, 1.0);
}
