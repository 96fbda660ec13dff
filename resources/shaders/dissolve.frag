// Dissolve: each pixel passes from one picture to the other in linear light, with the noise of half an 8-bit step over it.
// Squaring and the square root stand for sRGB's curve: exact both ways, so progress 0 and 1 show the pictures untouched.
#version 440

layout(location = 0) in vec2 qt_TexCoord0;
layout(location = 0) out vec4 fragColor;
layout(std140, binding = 0) uniform buf {
    mat4 qt_Matrix;
    float qt_Opacity;
    float progress; // 0..1, linear in time
    vec2 pixels;    // the size on the screen
};
layout(binding = 1) uniform sampler2D src;
layout(binding = 2) uniform sampler2D dst;

const vec2 R2 = vec2(0.7548776662, 0.5698402910); // the sequence of the dither (Roberts 2018), a step a pixel
const float STEP = 0.9 / 255.0; // of the dither: under one of 8 bits, so that untouched pixels stay untouched

void main()
{
    float share = progress * progress * (3.0 - 2.0 * progress);
    vec3 a = texture(src, qt_TexCoord0).rgb;
    vec3 b = texture(dst, qt_TexCoord0).rgb;
    fragColor = vec4(sqrt(mix(a * a, b * b, share)) + (fract(dot(qt_TexCoord0, pixels * R2)) - 0.5) * STEP, 1.0);
}
