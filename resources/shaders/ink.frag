// Ink: the new picture comes through like ink through paper, its brightest parts first, each with a soft edge.
#version 440

layout(location = 0) in vec2 qt_TexCoord0;
layout(location = 0) out vec4 fragColor;
layout(std140, binding = 0) uniform buf {
    mat4 qt_Matrix;
    float qt_Opacity;
    float progress; // 0..1, linear in time
};
layout(binding = 1) uniform sampler2D src;
layout(binding = 2) uniform sampler2D dst;
layout(binding = 3) uniform sampler2D field;

const vec3 BRIGHTNESS = vec3(0.2126, 0.7152, 0.0722);
const float EDGE = 0.38;
const float GRAIN = 0.5;

float dither(vec2 pixel)
{
    // Interleaved gradient noise (Jimenez 2014), kept under half a step so that untouched pixels stay untouched.
    return (fract(52.9829189 * fract(dot(pixel, vec2(0.06711056, 0.00583715)))) - 0.5) * (0.9 / 255.0);
}

void main()
{
    float weight = smoothstep(0.0, 1.0, progress);
    vec3 a = texture(src, qt_TexCoord0).rgb;
    vec3 b = texture(dst, qt_TexCoord0).rgb;
    vec2 order = texture(field, qt_TexCoord0).rg;
    float turn = clamp(order.r + GRAIN * (order.g - dot(b, BRIGHTNESS)), 0.0, 1.0);
    float share = smoothstep(0.0, 1.0, (weight * (1.0 + EDGE) - turn) / EDGE);
    vec3 blended = sqrt(mix(a * a, b * b, share));
    fragColor = vec4(blended + dither(gl_FragCoord.xy), 1.0) * qt_Opacity;
}
